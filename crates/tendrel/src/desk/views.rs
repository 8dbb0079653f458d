//! A list that somebody wants to have again is saved under a name; it stands in their menu.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;

use crate::app::App;
use crate::desk::queue::address;
use crate::desk::queue::filters::Filters;
use crate::desk::store::views;
use crate::frame::form::FormData;
use crate::frame::see_other;
use crate::id::SavedViewId;
use crate::problem::Problem;
use crate::viewer::Viewer;

const NAME_LIMIT: usize = 60;

pub fn routes() -> Router<App> {
    Router::new().route("/views", post(save)).route("/views/{id}/delete", post(delete))
}

async fn save(State(app): State<App>, viewer: Viewer, form: FormData) -> Result<Response, Problem> {
    let account = viewer.must_be_signed_in()?.account;
    let (name, query) = (form.text("name").to_owned(), Filters::parse(form.text("query")).first());
    if name.is_empty() || name.chars().count() > NAME_LIMIT {
        return Err(Problem::Input("view-name-length"));
    }
    let id = SavedViewId::new(app.clock.now());
    let to = query.clone();
    if !app.db.write(move |tx| views::save(tx, id, account, &name, &query)).await? {
        return Err(Problem::Input("view-too-many"));
    }
    Ok(see_other(&address("/requests", &to)))
}

async fn delete(State(app): State<App>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = viewer.must_be_signed_in()?.account;
    let id = SavedViewId::parse(&id).ok_or(Problem::NotFound)?;
    if !app.db.write(move |tx| views::delete(tx, account, id)).await? {
        return Err(Problem::NotFound);
    }
    Ok(see_other("/requests?done=view-deleted"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Who, World};

    #[tokio::test]
    async fn a_view_stands_in_the_menu_until_it_is_deleted() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        let fields = [("name", "Late in schools"), ("query", "late=1&nonsense=x&after=3-4")];
        let page = karma.post("/views", &fields).await;
        assert_eq!(page.path, "/requests?late=1");
        page.must_have("Late in schools</a>");
        let text = page.text();
        let delete = text.split("action=\"").find(|it| it.starts_with("/views/")).unwrap();
        let delete = delete.split('"').next().unwrap().to_owned();
        world.browser(Who::Sonam).get("/requests").await.must_not_have("Late in schools");
        world.browser(Who::Sonam).post(&delete, &[]).await.must_be(404);
        karma.post(&delete, &[]).await.must_not_have("Late in schools");
    }

    #[tokio::test]
    async fn a_view_has_a_name_and_there_are_not_too_many() {
        let world = World::new();
        let mut karma = world.browser(Who::Karma);
        karma.post("/views", &[("name", ""), ("query", "late=1")]).await.must_be(422);
        for n in 0..20 {
            karma.post("/views", &[("name", &format!("view {n}")), ("query", "late=1")]).await.must_be(200);
        }
        karma.post("/views", &[("name", "one more"), ("query", "late=1")]).await.must_be(422);
        karma.post("/views", &[("name", "view 3"), ("query", "state=new")]).await.must_be(200);
        world.public().post("/views", &[("name", "x"), ("query", "late=1")]).await.must_have("Sign in");
    }
}
